# shellcheck shell=bash
# Consul 1.8.7: the newest that Debian ever packaged, in bullseye. Enough for the catalogue, blocking queries and checks.
version=1.8.7
summary='Consul 1.8.7, service discovery (Debian bullseye)'
megabytes=90
program=WEIR_CONSUL_BIN

recipe_install() {
  debian_required consul WEIR_CONSUL_BIN
  mkdir -p "$COMPONENTS/apt/bullseye"
  if ! debian_source_of_suite bullseye >"$COMPONENTS/apt/bullseye/sources.list"; then
    rm -f "$COMPONENTS/apt/bullseye/sources.list"
    fail "$EXIT_UNAVAILABLE" "consul: this system has no Debian package source of its own release to take bullseye from." \
      "Install Consul 1.8 or newer another way and set WEIR_CONSUL_BIN to it"
  fi
  step "reading the package lists of bullseye" private_apt bullseye update
  step "downloading Consul (14 MB)" debian_unpack bullseye "$stage/root" consul
  mkdir -p "$stage/bin"
  mv "$stage/root/usr/bin/consul" "$stage/bin/consul"
  rm -rf "$stage/root" "$COMPONENTS/apt/bullseye"
  [[ $("$stage/bin/consul" version) == *"v$version"* ]] ||
    fail "$EXIT_FAILED" "consul: the package is not version $version: $("$stage/bin/consul" version | head -n 1)"
}

recipe_environment() {
  variable WEIR_CONSUL_BIN "$1/bin/consul"
}

# Starts a development agent on free loopback ports and waits until it has elected itself.
recipe_check() {
  local http server_port serf_lan serf_wan agent waited=0 status=1
  http=$(free_port) server_port=$(free_port) serf_lan=$(free_port) serf_wan=$(free_port)
  "$1/bin/consul" agent -dev -bind=127.0.0.1 -client=127.0.0.1 -http-port="$http" -grpc-port=-1 -dns-port=-1 \
    -server-port="$server_port" -serf-lan-port="$serf_lan" -serf-wan-port="$serf_wan" -disable-host-node-id &
  agent=$!
  while ((waited++ < 100)) && kill -0 "$agent" 2>/dev/null; do
    if "$1/bin/consul" kv put -http-addr="127.0.0.1:$http" weir/check ok; then
      status=0
      break
    fi
    sleep 0.2
  done
  kill "$agent" 2>/dev/null || status=1
  wait "$agent" || true # a development agent ends with 1 when it is told to stop
  return "$status"
}
