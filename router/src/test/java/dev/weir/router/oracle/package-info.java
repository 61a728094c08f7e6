/**
 * Compares the relay with calls carried by grpc-java: for the same request and the same worker both
 * have to give the same answer.
 */
@NullMarked
package dev.weir.router.oracle;

import org.jspecify.annotations.NullMarked;
