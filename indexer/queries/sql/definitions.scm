; Definitions of SQL. The capture names are explained in src/lang/compiled.rs.

(create_table (object_reference name: (_) @name) (column_definitions) @body) @definition.struct
(create_table (object_reference name: (_) @name) (create_query) @body) @definition.struct
(create_table (object_reference name: (_) @name)) @definition.struct
(create_view (object_reference name: (_) @name) (create_query) @body) @definition.struct
(create_materialized_view (object_reference name: (_) @name) (create_query) @body) @definition.struct
(create_index column: (identifier) @name) @definition.variable
(create_sequence (object_reference name: (_) @name)) @definition.variable
(create_schema (identifier) @name) @definition.namespace
(create_database (identifier) @name) @definition.namespace

(alter_table
  (object_reference name: (_) @scope)
  (add_column (column_definition name: (_) @name) @definition.field))
(column_definition name: (_) @name) @definition.field

; Routines of all dialects, which the grammar is shown as types.
((create_type (object_reference name: (_) @name) "(" @body) @definition.function
  (#match? @definition.function "(?is)^create\\b.{0,200}?\\b(function|procedure|proc|aggregate|trigger|event|rule)\\b"))
((create_type (object_reference name: (_) @name)) @definition.function
  (#match? @definition.function "(?is)^create\\b.{0,200}?\\b(function|procedure|proc|aggregate|trigger|event|rule)\\b"))
((create_type (object_reference name: (_) @name)) @definition.module
  (#match? @definition.module "(?is)^create\\b.{0,100}?\\bpackage\\b"))
(create_type (object_reference name: (_) @name) (enum_elements) @body) @definition.enum
(create_type (object_reference name: (_) @name) (column_definitions) @body) @definition.struct
(create_type (object_reference name: (_) @name)) @definition.type_alias
(enum_elements enum_element: (literal) @name @definition.enum_member)

(statement) @wrapper
(comment) @comment
(marginalia) @comment
