/** The bundler takes style sheets; the compiler need not know what is in them. */
declare module '*.css';
