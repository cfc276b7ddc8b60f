; Definitions that only JavaScript's grammar has.

(class_declaration name: (identifier) @name) @definition.class
(field_definition
  property: (_) @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.method
(field_definition property: (_) @name) @definition.field
