; Definitions of Starlark, by the grammar of Python. The capture names are explained in src/lang/compiled.rs.

(function_definition name: (identifier) @name) @definition.function
(function_definition body: (block . (expression_statement (string) @docstring)))

(expression_statement
  (assignment left: (identifier) @name right: (call function: (identifier) @_provider))
  (#eq? @_provider "provider")) @definition.struct
(expression_statement
  (assignment left: (identifier) @name right: (call function: (identifier) @_rule))
  (#any-of? @_rule "rule" "repository_rule" "aspect" "macro" "module_extension" "tag_class")) @definition.function
(expression_statement (assignment left: (identifier) @name)) @definition.variable
(expression_statement (assignment left: (pattern_list (identifier) @name))) @definition.variable

; Targets: cc_library(name = "x")
(module
  (expression_statement
    (call
      arguments: (argument_list
        (keyword_argument name: (identifier) @_name value: (string (string_content) @name))))
    (#eq? @_name "name")) @definition.variable)

(comment) @comment
