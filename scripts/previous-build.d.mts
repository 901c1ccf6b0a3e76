export const PREVIOUS_BUILD: string;
