; Definitions that only C++'s grammar has.

(class_specifier name: (_) @name body: (_)) @definition.class
(namespace_definition name: (_) @name) @definition.namespace
(alias_declaration name: (type_identifier) @name) @definition.type_alias
(concept_definition name: (identifier) @name) @definition.interface
(namespace_alias_definition name: (namespace_identifier) @name) @definition.type_alias

(template_declaration) @wrapper
(linkage_specification) @wrapper
(access_specifier) @section
(lambda_expression) @local
