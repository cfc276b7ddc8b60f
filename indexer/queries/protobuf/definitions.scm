; Definitions of Protocol Buffers. The capture names are explained in src/lang/compiled.rs.

(package (full_ident) @name) @definition.namespace.rest

(message (message_name) @name (message_body) @body) @definition.struct
(group (message_name) @name (message_body) @body) @definition.struct
(enum (enum_name) @name (enum_body) @body) @definition.enum
(enum_field . (identifier) @name) @definition.enum_member
(oneof (identifier) @name "{" @body) @definition.union
(field (type) . (identifier) @name) @definition.field
(map_field (type) . (identifier) @name) @definition.field
(oneof_field (type) . (identifier) @name) @definition.field
(service (service_name) @name "{" @body) @definition.interface
(rpc (rpc_name) @name "{" @body) @definition.method
(rpc (rpc_name) @name) @definition.method

(comment) @comment
