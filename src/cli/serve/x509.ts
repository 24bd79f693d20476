/**
 * What is used of the library for X.509. It is loaded with this file, and by nothing
 * else: the build makes a bundle of its own of it, as only a server needs it that
 * makes its own certificate, once in many months.
 */
// The library asks for this polyfill to be there first.
import "reflect-metadata"

export { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509"
