/** An address of the service, whose base may end with a slash or not. */
export const serviceUrl = (baseUrl: string, path: string): string => baseUrl.replace(/\/$/, '') + path;
