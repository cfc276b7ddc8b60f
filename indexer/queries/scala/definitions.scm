; Definitions of Scala. The capture names are explained in src/lang/compiled.rs.

(package_clause name: (_) @name body: (_)) @definition.namespace
(package_clause name: (_) @name) @definition.namespace.rest
(package_object name: (_) @name) @definition.module
(class_definition name: (_) @name) @definition.class
(object_definition name: (_) @name) @definition.class
(trait_definition name: (_) @name) @definition.trait
(enum_definition name: (_) @name) @definition.enum
(simple_enum_case name: (_) @name) @definition.enum_member
(full_enum_case name: (_) @name) @definition.enum_member
(type_definition name: (_) @name) @definition.type_alias
(given_definition name: (_) @name body: (with_template_body)) @definition.class
(given_definition name: (_) @name) @definition.variable

; extension (x: Type) def name ...
(extension_definition
  parameters: (parameters (parameter type: (_) @scope))
  body: (function_definition name: (_) @name) @definition.function)
(extension_definition
  parameters: (parameters (parameter type: (_) @scope))
  body: (_ (function_definition name: (_) @name) @definition.function))
(function_definition name: (_) @name (parameters) @parameters) @definition.function
(function_definition name: (_) @name) @definition.function
(function_declaration name: (_) @name (parameters) @parameters) @definition.function
(function_declaration name: (_) @name) @definition.function

(class_parameter ["val" "var"] name: (_) @name) @definition.field
(class_definition
  "case"
  class_parameters: (class_parameters (class_parameter name: (_) @name) @definition.field))
(val_definition pattern: (identifier) @name) @definition.variable
(val_definition pattern: (identifiers (identifier) @name)) @definition.variable
(val_definition pattern: (tuple_pattern (identifier) @name)) @definition.variable
(var_definition pattern: (identifier) @name) @definition.variable
(var_definition pattern: (identifiers (identifier) @name)) @definition.variable
(val_declaration name: (identifier) @name) @definition.variable
(var_declaration name: (identifier) @name) @definition.variable

; test("does a thing") { ... }
(call_expression
  function: (call_expression
    function: (identifier) @_test
    arguments: (arguments . (string) @name))
  arguments: (_) @body
  (#any-of? @_test "test" "property" "it" "describe" "scenario")) @definition.function.test

(lambda_expression) @local
(case_block) @local
(for_expression) @local

(comment) @comment
(block_comment) @comment
(annotation) @attribute
