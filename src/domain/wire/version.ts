/** The version of the native dialect that this program speaks. */
export const version = 1
