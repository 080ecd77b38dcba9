/** The kernels' static tables end below this address, in every memory that they are instantiated with. */
export const STATIC_BYTE_LENGTH = 131072;
