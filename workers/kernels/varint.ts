/** Writes an unsigned LEB128 number; returns where it ends. */
@inline
export function writeVarint(target: usize, value: u32): usize {
  let at = target;
  for (; value >= 128; value >>= 7) store<u8>(at++, <u8>(value | 0x80));
  store<u8>(at, <u8>value);
  return at + 1;
}
