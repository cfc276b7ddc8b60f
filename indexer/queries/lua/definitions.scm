; Definitions of Lua. The capture names are explained in src/lang/compiled.rs.

(function_declaration name: (identifier) @name) @definition.function
(function_declaration
  name: (dot_index_expression table: (_) @scope field: (identifier) @name)) @definition.function
(function_declaration
  name: (method_index_expression table: (_) @scope method: (identifier) @name)) @definition.method

; f = function ..., local f = function ..., M.f = function ...
(assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition) @value)) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @scope field: (identifier) @name))
  (expression_list . value: (function_definition) @value)) @definition.function

; { f = function ..., ["g"] = function ... }
(field name: (identifier) @name value: (function_definition) @value) @definition.method
(field name: (string content: (string_content) @name) value: (function_definition) @value) @definition.method

(assignment_statement
  (variable_list
    name: (identifier) @name
    attribute: (attribute (identifier) @_const)
    (#eq? @_const "const"))) @definition.constant
(assignment_statement (variable_list . name: (identifier) @name .)) @definition.variable
(variable_declaration (variable_list . name: (identifier) @name .)) @definition.variable
(variable_list name: (identifier) @name @definition.variable . ",")
(variable_list "," . name: (identifier) @name @definition.variable)

; M.field = ...: tables that stand for modules and classes are written in capitals.
(assignment_statement
  (variable_list . name: (dot_index_expression table: (identifier) @scope field: (identifier) @name))
  (#match? @scope "^_?[A-Z]")) @definition.field

; local x = require("x")
(assignment_statement
  (variable_list . name: (identifier) @ignored .)
  (expression_list . value: (function_call name: (identifier) @_require) .)
  (#eq? @_require "require"))

; What the file gives to those who require it.
(chunk (return_statement (expression_list (identifier) @exported)))
(chunk (return_statement (expression_list (table_constructor (field name: (identifier) @exported)))))
(chunk
  (return_statement
    (expression_list (function_call name: (identifier) @_set arguments: (arguments . (identifier) @exported))))
  (#eq? @_set "setmetatable"))

(variable_declaration) @wrapper
(function_definition) @local
(do_statement) @local
(for_statement) @local
(while_statement) @local
(repeat_statement) @local

(comment) @comment
