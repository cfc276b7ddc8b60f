; Uses of names in Lua.

(function_call name: (identifier) @reference.call)
(function_call name: (dot_index_expression field: (identifier) @reference.call))
(function_call name: (method_index_expression method: (identifier) @reference.call))

; local x = require("x")
(assignment_statement
  (variable_list . name: (identifier) @import.alias .)
  (expression_list
    . value: (function_call
      name: (identifier) @_require
      arguments: (arguments . (string content: (string_content) @import))) .)
  (#eq? @_require "require"))
(function_call
  name: (identifier) @_require
  arguments: (arguments . (string content: (string_content) @import))
  (#any-of? @_require "require" "dofile" "loadfile"))
