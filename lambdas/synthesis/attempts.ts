/** Times that the generator is asked for the same: once, and at most twice more for what is missing. */
export const MOST_ATTEMPTS = 3;
