; Uses of names in SQL.

(invocation (object_reference name: (identifier) @reference.call))
(relation (object_reference name: (identifier) @reference.type))
(from (object_reference name: (identifier) @reference.type))
(insert (object_reference name: (identifier) @reference.type))
(alter_table (object_reference name: (identifier) @reference.type))
(create_index (object_reference name: (identifier) @reference.type))
(column_definition (object_reference name: (identifier) @reference.type))
(constraint (object_reference name: (identifier) @reference.type))
(create_extension (identifier) @import)
