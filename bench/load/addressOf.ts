/** The n-th of many addresses of this machine, all of 127.0.0.0/8: to a server, clients that come from them come from many places. */
export const addressOf = (n: number): string => `127.${1 + (n >> 16)}.${(n >> 8) & 255}.${1 + ((n & 255) % 254)}`
