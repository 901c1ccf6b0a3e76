/** The largest body that any route reads. */
export const LARGEST_BODY_BYTES = 128 * 1024;
