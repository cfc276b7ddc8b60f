; Uses of names in Elixir.

; `@doc ...` is written like a call.
(call
  target: (identifier) @reference.call
  (#not-any-of? @reference.call
    "behaviour" "callback" "doc" "impl" "macrocallback" "moduledoc" "opaque" "spec" "type" "typedoc" "typep"))
(call target: (dot right: (identifier) @reference.call))
(binary_operator operator: "|>" right: (identifier) @reference.call)
(alias) @reference.type

(call
  target: (identifier) @_use
  (arguments . (alias) @reference.inherit)
  (#any-of? @_use "use" "defimpl"))
(unary_operator
  operator: "@"
  operand: (call target: (identifier) @_behaviour (arguments . (alias) @reference.inherit))
  (#eq? @_behaviour "behaviour"))

(call
  target: (identifier) @_import
  (arguments
    .
    (alias) @import
    .
    (keywords (pair key: (keyword) @_as value: (alias) @import.alias))?)
  (#any-of? @_import "alias" "import" "require" "use"))
(call
  target: (identifier) @_alias
  (arguments . (dot left: (alias) @import.module right: (tuple (alias) @import.name)))
  (#any-of? @_alias "alias" "import" "require" "use"))

(binary_operator left: (identifier) operator: "=") @binding
(binary_operator left: (identifier) @binding operator: "<-")
