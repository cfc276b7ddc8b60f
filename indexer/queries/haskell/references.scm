; Uses of names in Haskell.

(apply function: (variable) @reference.call)
(apply function: (qualified id: (variable) @reference.call))
(infix operator: (infix_id (variable) @reference.call))
(infix operator: (infix_id (qualified id: (variable) @reference.call)))
(match expression: (variable) @reference.call)
(match expression: (qualified id: (variable) @reference.call))
(exp (variable) @reference.call)
(exp (qualified id: (variable) @reference.call))
(bind arrow: "<-" expression: (variable) @reference.call)
(bind arrow: "<-" expression: (qualified id: (variable) @reference.call))
(top_splice (apply function: (variable) @reference.macro))

; f $ x, f . g, f <$> x
(infix
  left_operand: [(variable) @reference.call (qualified id: (variable) @reference.call)]
  operator: (operator) @_operator
  (#any-of? @_operator "$" "$!" "." "<$>" "<$!>" "=<<" ">>>" "<<<" "&&&" "***" ">=>" "<=<"))
(infix
  operator: (operator) @_operator
  right_operand: [(variable) @reference.call (qualified id: (variable) @reference.call)]
  (#any-of? @_operator "." ">>=" ">>" "&" "<&>" ">>>" "<<<" "&&&" "***" ">=>" "<=<"))

(constructor) @reference.call
(name) @reference.type

(instance name: (name) @reference.inherit)
(instance name: (qualified id: (name) @reference.inherit))
(deriving_instance name: (name) @reference.inherit)
(deriving classes: (name) @reference.inherit)
(deriving classes: (_ (name) @reference.inherit))
(class context: (context context: (apply constructor: (name) @reference.inherit)))
(class context: (context context: (_ (apply constructor: (name) @reference.inherit))))

(import module: (module) @import)
