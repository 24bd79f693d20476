/** A private key and a self-signed certificate for `localhost`, for the tests alone; it expires in a hundred years. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgraOk2r0Ld11LU8u9
1ZbXr+e6EyhYfjt6gRhixmoLTc6hRANCAAQ6t5fTNjWR9Y3yMhLSiPOFGGebBmeC
/7cLIxJhw5sxpXA8mWjp7XMWCu0QzXomrkJGnaa4Njnp97yfG4sJHuYR
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUczFJ4vlLPeWSBFEXOF6hcjiP7swwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjIxMjkxM1oYDzIxMjYxMTAy
MjEyOTEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ6t5fTNjWR9Y3yMhLSiPOFGGebBmeC/7cLIxJhw5sxpXA8mWjp7XMW
Cu0QzXomrkJGnaa4Njnp97yfG4sJHuYRo1MwUTAdBgNVHQ4EFgQUs6LPz2wc/U/j
oszW7PlUeus69dgwHwYDVR0jBBgwFoAUs6LPz2wc/U/joszW7PlUeus69dgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAAxIzXPK5/7uQFldjjgrrO
QFY5Zk2iLY81jRQGzpONQgIgS13WPnSv45JkHLRSRqOInsM2RW9l5vgxfg3YDz9S
1cA=
-----END CERTIFICATE-----
`
}
