/** @type {import('next').NextConfig} */
export default {
  // An application of its own, although there is a lock file in a folder above.
  turbopack: { root: import.meta.dirname },
};
