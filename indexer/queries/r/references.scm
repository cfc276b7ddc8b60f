; Uses of names in R.

(call function: (identifier) @reference.call)
(call function: (namespace_operator rhs: (identifier) @reference.call))
(call function: (extract_operator rhs: (identifier) @reference.call))

; R6Class("Class", inherit = Base), setClass("Class", contains = "Base")
(argument name: (identifier) @_inherit value: (identifier) @reference.inherit (#eq? @_inherit "inherit"))
(argument
  name: (identifier) @_inherit
  value: (string content: (string_content) @reference.inherit)
  (#eq? @_inherit "contains"))

(call
  function: (identifier) @_library
  arguments: (arguments . (argument value: [(identifier) (string)] @import))
  (#any-of? @_library "library" "require" "requireNamespace" "loadNamespace" "source"))
