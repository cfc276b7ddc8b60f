; Definitions that only C++'s grammar has.

(class_specifier name: (_) @name body: (_)) @definition.class
(namespace_definition name: (_) @name) @definition.namespace
(alias_declaration name: (type_identifier) @name) @definition.type_alias
(concept_definition name: (identifier) @name) @definition.interface
(namespace_alias_definition name: (namespace_identifier) @name) @definition.type_alias

; friend void f(); defines nothing
(friend_declaration (declaration declarator: (_) @ignored))

; MACRO(x); in a class, which looks like a constructor
(declaration !type declarator: (function_declarator declarator: (identifier) @ignored)
  (#match? @ignored "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))
(function_definition !type declarator: (function_declarator declarator: (identifier) @ignored)
  (#match? @ignored "^[A-Z][A-Z0-9]*_[A-Z0-9_]*$"))

; A::operator bool() { ... }, of which the grammar makes a function `bool`
(function_definition
  type: (qualified_identifier name: (type_identifier) @_operator)
  declarator: (function_declarator declarator: (_) @ignored)
  (#eq? @_operator "operator"))

(template_declaration) @wrapper
(linkage_specification) @wrapper
(access_specifier) @section
(lambda_expression) @local
