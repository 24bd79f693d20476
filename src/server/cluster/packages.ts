/**
 * What is used of the packages of NATS. They are loaded with this file, and by
 * nothing else: the build makes a bundle of its own of it, so that a server that is
 * no part of a cluster does not pay for them.
 */
export { AckPolicy, DeliverPolicy, DiscardPolicy, JetStreamApiError, jetstreamManager, ReplayPolicy, RetentionPolicy, StorageType } from "@nats-io/jetstream"
export { connect, createInbox, credsAuthenticator, nanos, nkeyAuthenticator, nuid, tokenAuthenticator, usernamePasswordAuthenticator } from "@nats-io/transport-node"
