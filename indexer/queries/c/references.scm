; Uses of names that C and C++ share.

(call_expression function: (_) @reference.call)
(type_identifier) @reference.type

(preproc_include path: (string_literal) @import)
(preproc_include path: (system_lib_string) @import)
