; Uses of names that only C++'s grammar has.

(qualified_identifier scope: (namespace_identifier) @reference.type.capitalized)
(base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @reference.inherit)
