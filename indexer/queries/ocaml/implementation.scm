; What only the grammar of implementations has.

(open_module module: (_) @import)
