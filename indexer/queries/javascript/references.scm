; Uses of names that only JavaScript's grammar has.

(class_heritage (identifier) @reference.inherit)
(class_heritage (member_expression property: (property_identifier) @reference.inherit))

(formal_parameters (identifier) @binding)
