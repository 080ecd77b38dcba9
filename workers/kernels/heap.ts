/** The first address that no static table takes: the host lays out its memory from here on. */
export const heapBase: usize = __heap_base;
