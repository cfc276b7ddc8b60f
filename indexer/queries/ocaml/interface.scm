; What only the grammar of interfaces has.

(open_module_signature module: (_) @import)
