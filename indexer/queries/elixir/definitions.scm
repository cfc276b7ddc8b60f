; Definitions of Elixir, where all of them are calls. The capture names are explained in src/lang/compiled.rs.

(call
  target: (identifier) @_module
  (arguments . (alias) @name)
  (do_block) @body
  (#any-of? @_module "defmodule" "defimpl")) @definition.module
(call
  target: (identifier) @_protocol
  (arguments . (alias) @name)
  (do_block) @body
  (#eq? @_protocol "defprotocol")) @definition.interface

; def name(...), def name, either with a guard; def a <> b; each with its block and without one
(call
  target: (identifier) @_def
  (arguments
    .
    [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator
        left: [
          (identifier) @name
          (call target: (identifier) @name)
        ]
        operator: "when")
    ])
  (do_block) @body
  (#any-of? @_def "def" "defp" "defdelegate")) @definition.function
(call
  target: (identifier) @_def
  (arguments
    .
    [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator
        left: [
          (identifier) @name
          (call target: (identifier) @name)
        ]
        operator: "when")
    ])
  (#any-of? @_def "def" "defp" "defdelegate")) @definition.function
(call
  target: (identifier) @_macro
  (arguments
    .
    [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator
        left: [
          (identifier) @name
          (call target: (identifier) @name)
        ]
        operator: "when")
    ])
  (do_block) @body
  (#any-of? @_macro "defmacro" "defmacrop" "defguard" "defguardp")) @definition.macro
(call
  target: (identifier) @_macro
  (arguments
    .
    [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator
        left: [
          (identifier) @name
          (call target: (identifier) @name)
        ]
        operator: "when")
    ])
  (#any-of? @_macro "defmacro" "defmacrop" "defguard" "defguardp")) @definition.macro
(call
  target: (identifier) @_def
  (arguments . (binary_operator operator: _ @name))
  (do_block) @body
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop")
  (#not-eq? @name "when")) @definition.function
(call
  target: (identifier) @_def
  (arguments . (binary_operator operator: _ @name))
  (#any-of? @_def "def" "defp" "defmacro" "defmacrop")
  (#not-eq? @name "when")) @definition.function

; defstruct [:a, b: 1]
(call
  target: (identifier) @_struct
  (arguments
    [
      (list (atom) @name @definition.field)
      (list (keywords (pair key: (keyword) @name) @definition.field))
      (keywords (pair key: (keyword) @name) @definition.field)
    ])
  (#any-of? @_struct "defstruct" "defexception"))

; @type name :: ..., @callback name(...) :: ...
(unary_operator
  operator: "@"
  operand: (call
    target: (identifier) @_type
    (arguments
      .
      (binary_operator
        left: [
          (identifier) @name
          (call target: (identifier) @name)
        ]
        right: (_) @type)))
  (#any-of? @_type "type" "typep" "opaque")) @definition.type_alias
(unary_operator
  operator: "@"
  operand: (call
    target: (identifier) @_callback
    (arguments
      .
      [
        (binary_operator
          left: [
            (identifier) @name
            (call target: (identifier) @name)
          ]
          operator: "::")
        (binary_operator
          left: (binary_operator left: (call target: (identifier) @name) operator: "::")
          operator: "when")
      ]))
  (#any-of? @_callback "callback" "macrocallback")) @definition.function

; @name value
(unary_operator
  operator: "@"
  operand: (call target: (identifier) @name (arguments . (_) @value .))
  (#not-any-of? @name
    "after_compile" "after_verify" "before_compile" "behaviour" "callback" "compile" "deprecated" "derive" "dialyzer"
    "doc" "enforce_keys" "external_resource" "fallback_to_any" "file" "for" "impl" "macrocallback" "moduledoc" "moduletag"
    "describetag" "nifs" "on_definition" "on_load" "opaque" "optional_callbacks" "protocol" "since" "spec" "tag" "tag"
    "type" "typedoc" "typep" "vsn")) @definition.constant

; test "name", context do ... end
(call
  target: (identifier) @_test
  (arguments . (string) @name)
  (do_block) @body
  (#any-of? @_test "test" "property")) @definition.function.test
(call
  target: (identifier) @_describe
  (arguments . (string) @name)
  (do_block) @body
  (#eq? @_describe "describe")) @definition.module.test

(comment) @comment

; @doc "..." is a comment, other attributes in front of a definition belong to it as well.
(unary_operator
  operator: "@"
  operand: (call target: (identifier) @_doc (arguments . [(string) (sigil)] .))
  (#any-of? @_doc "doc" "typedoc")) @comment
(unary_operator
  operator: "@"
  operand: (call
    target: (identifier) @_attribute
    (arguments . [(binary_operator) (keywords) (boolean) (nil) (alias) (atom) (list)]))
  (#any-of? @_attribute "doc" "typedoc" "spec" "impl" "deprecated" "tag" "since" "dialyzer")) @attribute
(unary_operator
  operator: "@"
  operand: (call target: (identifier) @_moduledoc (arguments . [(string) (sigil)] @docstring .))
  (#eq? @_moduledoc "moduledoc"))
