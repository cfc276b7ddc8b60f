; Uses of names in Starlark.

(call function: (identifier) @reference.call)
(call function: (attribute attribute: (identifier) @reference.call))

; load("//a:b.bzl", "name", alias = "name")
(call
  function: (identifier) @_load
  arguments: (argument_list
    . (string (string_content) @import.module)
    (string (string_content) @import.name))
  (#eq? @_load "load"))
(call
  function: (identifier) @_load
  arguments: (argument_list
    . (string (string_content) @import.module)
    (keyword_argument name: (identifier) @import.alias value: (string (string_content) @import.name)))
  (#eq? @_load "load"))
