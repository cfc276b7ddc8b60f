; Definitions of Ruby. The capture names are explained in src/lang/compiled.rs.

(module name: (_) @name) @definition.module
(class name: (_) @name) @definition.class

; Point = Struct.new(:x) do ... end, Failure = Class.new(StandardError)
(assignment
  left: (constant) @name
  right: (call receiver: (constant) @_maker method: (identifier) @_new) @value
  (#any-of? @_maker "Class" "Struct" "Data" "Module")
  (#any-of? @_new "new" "define")) @definition.class

(program (method name: (_) @name) @definition.function)
(method name: (_) @name) @definition.method
(singleton_method object: (self) name: (_) @name) @definition.method
(singleton_method object: (_) @scope name: (_) @name) @definition.method
(alias name: (_) @name) @definition.method

(call
  !receiver
  method: (identifier) @_alias
  arguments: (argument_list . [(simple_symbol) (string)] @name)
  (#eq? @_alias "alias_method")) @definition.method.global
(call
  !receiver
  method: (identifier) @_define
  arguments: (argument_list . [(simple_symbol) (string)] @name)
  block: (_)? @body
  (#any-of? @_define "define_method" "define_singleton_method")) @definition.method.global

; attr_reader :a and attr_reader :a, :b
(call
  !receiver
  method: (identifier) @_attribute
  arguments: (argument_list . [(simple_symbol) (string)] @name .)
  (#match? @_attribute "^(attr|[mc]attr|class_attribute|thread_mattr)(_reader|_writer|_accessor|_internal)?$")) @definition.property.global
(call
  !receiver
  method: (identifier) @_attribute
  arguments: (argument_list [(simple_symbol) (string)] @name @definition.property.global)
  (#match? @_attribute "^(attr|[mc]attr|class_attribute|thread_mattr)(_reader|_writer|_accessor|_internal)?$"))

(assignment left: (constant) @name) @definition.constant
(assignment left: (scope_resolution) @name) @definition.constant
(assignment left: (left_assignment_list (constant) @name @definition.constant))
(operator_assignment left: (constant) @name) @definition.constant
(assignment left: (global_variable) @name) @definition.variable
(assignment left: (class_variable) @name) @definition.field
(class body: (body_statement (assignment left: (instance_variable) @name) @definition.field))
(module body: (body_statement (assignment left: (instance_variable) @name) @definition.field))

; test "does a thing" do ... end
(call
  method: (identifier) @_test
  arguments: (argument_list . [(string) (simple_symbol)] @name)
  block: (_) @body
  (#any-of? @_test "it" "specify" "scenario" "test" "should")) @definition.function.test
(call
  method: (identifier) @_group
  arguments: (argument_list . (string) @name)
  block: (_) @body
  (#any-of? @_group "describe" "context" "feature")) @definition.module.test

; namespace :db do task :migrate do ... end end
(call
  !receiver
  method: (identifier) @_task
  arguments: (argument_list
    .
    [
      (simple_symbol) @name
      (string) @name
      (pair key: (_) @name)
    ])
  (#any-of? @_task "task" "multitask" "file_task")) @definition.function
(call
  !receiver
  method: (identifier) @_namespace
  arguments: (argument_list . [(simple_symbol) (string)] @name)
  block: (_) @body
  (#eq? @_namespace "namespace")) @definition.module

; private, protected, public: for what follows, for one definition.
(body_statement
  (identifier) @section
  (#any-of? @section "private" "protected" "public"))

; private def ...
(call !receiver method: (identifier) arguments: (argument_list . [(method) (singleton_method)] .)) @wrapper

(singleton_class) @labels
(comment) @comment
