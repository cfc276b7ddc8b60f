; Uses of names that only C++'s grammar has.

(qualified_identifier scope: (namespace_identifier) @reference.type.capitalized)
(for_range_loop) @binding.element

(base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @reference.inherit)
