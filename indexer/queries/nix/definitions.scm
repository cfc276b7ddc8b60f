; Definitions of Nix. The capture names are explained in src/lang/compiled.rs.

(binding attrpath: (attrpath) @name expression: (function_expression) @value) @definition.function
(let_expression (binding_set (binding attrpath: (attrpath) @name) @definition.variable))
(binding attrpath: (attrpath) @name) @definition.property

; What is handed to a function defines nothing here.
(apply_expression
  argument: [
    (attrset_expression (binding_set (binding attrpath: (attrpath) @ignored)))
    (rec_attrset_expression (binding_set (binding attrpath: (attrpath) @ignored)))
  ])

(comment) @comment
