; Definitions of R. The capture names are explained in src/lang/compiled.rs.

(binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "=" "<<-"]
  rhs: (function_definition) @value) @definition.function
(binary_operator
  lhs: (function_definition) @value
  operator: ["->" "->>"]
  rhs: [(identifier) (string)] @name) @definition.function

; Class <- R6Class("Class", ...)
(binary_operator
  lhs: (identifier) @name
  operator: ["<-" "=" "<<-"]
  rhs: (call
    function: [(identifier) @_class (namespace_operator rhs: (identifier) @_class)]
    arguments: (_) @body)
  (#any-of? @_class "R6Class" "setRefClass" "setClass" "setClassUnion" "ggproto" "new_class")) @definition.class

(program
  (call
    function: (identifier) @_class
    arguments: (arguments . (argument value: (string) @name))) @definition.class
  (#any-of? @_class "setClass" "setRefClass" "setClassUnion"))
((call
  function: (identifier) @_generic
  arguments: (arguments . (argument value: (string) @name))) @definition.function
  (#any-of? @_generic "setGeneric" "setMethod" "setReplaceMethod"))

((call
  function: (identifier) @_test
  arguments: (arguments . (argument value: (string) @name) . (comma) . (_) @body)) @definition.function.test
  (#any-of? @_test "test_that" "describe" "it"))

; list(f = function() ...), and the fields of an R6 class
(call
  function: (identifier) @_list
  arguments: (arguments
    (argument name: [(identifier) (string)] @name value: (function_definition) @value) @definition.method)
  (#eq? @_list "list"))
(argument
  name: (identifier) @_access
  value: (call
    function: (identifier) @_list
    arguments: (arguments (argument name: (identifier) @name) @definition.field))
  (#any-of? @_access "public" "private" "active" "fields")
  (#eq? @_list "list"))

(binary_operator lhs: (identifier) @name operator: ["<-" "=" "<<-"]) @definition.variable

(function_definition) @local
(argument value: (braced_expression) @local)

(comment) @comment
