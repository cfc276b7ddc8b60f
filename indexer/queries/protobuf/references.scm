; Uses of names in Protocol Buffers.

(message_or_enum_type (identifier) @reference.type .)
(extend (full_ident (identifier) @reference.inherit .))

(import path: (string) @import)
