; Definitions of C#. The capture names are explained in src/lang/compiled.rs.

(namespace_declaration name: (_) @name) @definition.namespace
(file_scoped_namespace_declaration name: (_) @name) @definition.namespace.rest
(class_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.struct

; What a record's head lists is as visible as the record.
(record_declaration "struct" name: (identifier) @name (parameter_list)) @definition.struct.open
(record_declaration "struct" name: (identifier) @name) @definition.struct
(record_declaration name: (identifier) @name (parameter_list)) @definition.class.open
(record_declaration name: (identifier) @name) @definition.class
(record_declaration (parameter_list (parameter name: (identifier) @name) @definition.property))

(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_member_declaration name: (identifier) @name) @definition.enum_member
(delegate_declaration name: (identifier) @name) @definition.type_alias

(method_declaration name: (identifier) @name) @definition.method
(constructor_declaration name: (identifier) @name) @definition.constructor
(destructor_declaration name: (identifier) @name) @definition.method
(operator_declaration "operator" @name operator: _ @name.end) @definition.method
(conversion_operator_declaration ["implicit" "explicit"] @name type: (_) @name.end) @definition.method
(local_function_statement name: (identifier) @name) @definition.function

(property_declaration name: (identifier) @name accessors: (_) @body) @definition.property
(property_declaration name: (identifier) @name value: (_) @body) @definition.property
(indexer_declaration "this" @name accessors: (_) @body) @definition.property
(indexer_declaration "this" @name value: (_) @body) @definition.property
(event_declaration name: (identifier) @name accessors: (_) @body) @definition.property
(event_declaration name: (identifier) @name) @definition.property
(event_field_declaration
  (variable_declaration type: (_) @type (variable_declarator name: (identifier) @name))) @definition.property
(field_declaration
  (modifier "const")
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @value))) @definition.constant
(field_declaration
  (modifier "static")
  (modifier "readonly")
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @value))) @definition.constant
(field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @value))) @definition.field

; Programs without a Main: variables of the file.
(global_statement
  (local_declaration_statement
    (variable_declaration
      type: (_) @type
      (variable_declarator name: (identifier) @name (_)? @value)))) @definition.variable

(lambda_expression) @local
(anonymous_method_expression) @local
(comment) @comment
(attribute_list) @attribute
