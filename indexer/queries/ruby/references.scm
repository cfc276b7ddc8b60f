; Uses of names in Ruby.

(call method: [(identifier) (constant)] @reference.call)
(call
  receiver: [
    (constant) @reference.call
    (scope_resolution name: (constant) @reference.call)
  ]
  method: (identifier) @_new
  (#eq? @_new "new"))
(constant) @reference.type

(superclass (constant) @reference.inherit)
(superclass (scope_resolution name: (constant) @reference.inherit))
(call
  !receiver
  method: (identifier) @_include
  arguments: (argument_list
    [
      (constant) @reference.inherit
      (scope_resolution name: (constant) @reference.inherit)
    ])
  (#any-of? @_include "include" "extend" "prepend"))

(call
  !receiver
  method: (identifier) @_require
  arguments: (argument_list . (string (string_content) @import) .)
  (#any-of? @_require "require" "require_relative" "load" "require_dependency"))
(call
  !receiver
  method: (identifier) @_autoload
  arguments: (argument_list . (simple_symbol) . (string (string_content) @import))
  (#eq? @_autoload "autoload"))

; x = ..., @x = ..., parameters of blocks, rescue => e
(assignment left: [(identifier) (instance_variable)]) @binding
(operator_assignment left: [(identifier) (instance_variable)]) @binding
(left_assignment_list (identifier) @binding)
(block_parameters (identifier) @binding)
(exception_variable (identifier) @binding)
(for pattern: (identifier)) @binding.element
