; Uses of names in Nix.

(apply_expression function: (variable_expression name: (identifier) @reference.call))
(apply_expression
  function: (select_expression attrpath: (attrpath attr: (identifier) @reference.call .)))

(apply_expression argument: [(path_expression) (spath_expression)] @import)
(list_expression element: (path_expression) @import)
