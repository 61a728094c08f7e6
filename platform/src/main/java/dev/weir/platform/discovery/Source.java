package dev.weir.platform.discovery;

/** Where instances are registered and found: what {@link SourceDiscovery} needs of it. */
interface Source extends AutoCloseable {
  /** The calls that keep an instance known. Nothing is sent yet. */
  Lease lease(Instance instance);

  /** Follows a service for ever, whatever happens to the source. Not started yet. */
  Watch watch(String service, KnownInstances known, Problems problems);

  /** Frees connections; calls under way fail. */
  @Override
  void close();

  /** Calls about one instance, made by one thread at a time; each ends within a second. */
  interface Lease {
    /** Makes the instance known, or keeps it known. */
    void renew() throws SourceFailure;

    /** Takes it out. */
    void leave() throws SourceFailure;
  }

  /** Following one service. */
  interface Watch {
    /** Starts; called once. Returns at once. */
    void start();

    /** Ends it; nothing is published afterwards, but for a list under way. */
    void end();
  }
}
