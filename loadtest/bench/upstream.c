/*
 * The cheapest gRPC server that can be behind a proxy: clear-text HTTP/2, one thread, epoll. It reads nothing of a request but
 * frame headers, throws bodies away, and answers each stream that ends with the same 105 bytes and grpc-status 0.
 *
 * To Weir's router it is a worker too: a request whose whole message has at most 59 bytes (requests for inference have more)
 * is taken for WorkerService.WatchStatus, and gets the port's status at once and then twice a second.
 *
 * usage: upstream COUNT [CERTIFICATE KEY]   binds COUNT (1 to 8) free loopback ports and prints "listening PORT..." on one line. Then it obeys
 * lines on standard input: "status PORT_INDEX HEX" sets the WorkerStatus message of a port, "count" prints the requests
 * answered so far, one number per port. Ends when standard input ends. With a certificate and its key (PEM files) it speaks TLS,
 * provided that it was compiled with -DWITH_TLS and linked with OpenSSL (-lssl -lcrypto).
 *
 * What keeps it small: header blocks are never decoded (nothing in them matters here), and its own use no dynamic table.
 * It keeps HTTP/2's flow control in both directions: bodies are credited as they are thrown away (streams have 8 MiB,
 * more than any body of the benchmark), answers wait while the connection's window is full.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8 };
enum { END_STREAM = 0x1, ACK = 0x1, END_HEADERS = 0x4 };
enum { SETTINGS_HEADER_TABLE_SIZE = 1 };
enum {
  MAX_LISTENERS = 8,
  FRAME_HEADER = 9,
  MESSAGE = 105,
  CREDIT_AT = 4 << 20,
  CONNECTION_WINDOW = 16 << 20,
  STREAM_WINDOW = 8 << 20,
  MAX_FRAME = 16384,
  FRAMING = 5,
  SMALL = 64, /* payloads up to this size are looked at */
  MAX_STATUS = 512,
  MAX_WATCHES = 64,
  TICK_MILLIS = 500
};

static const char PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
static const size_t PREFACE_LENGTH = sizeof PREFACE - 1;

typedef struct {
  uint8_t *bytes;
  size_t length, capacity, sent;
} buffer;

typedef struct {
  int fd, listener, wants_write, preface_seen, announce_table;
  uint8_t header[24]; /* a preface or a frame header that has not arrived whole */
  size_t header_length;
  uint32_t left; /* bytes of the present frame's payload still to come */
  uint8_t type, flags;
  uint32_t stream, frame_length;
  uint8_t payload[SMALL]; /* the start of a payload that is looked at */
  size_t payload_length;
  uint32_t uncredited;
  int64_t window; /* what the peer allows to be sent */
  uint32_t *waiting; /* streams whose answers wait for the window */
  size_t waiting_length, waiting_capacity;
  buffer out;
#ifdef WITH_TLS
  SSL *tls;
#endif
} connection;

static int epoll;
static long answered[MAX_LISTENERS];
static int listeners[MAX_LISTENERS], listener_count;
static uint8_t message[MESSAGE];

/* A stream that gets a port's status again and again. */
typedef struct {
  connection *c;
  uint32_t stream;
  int begun;
} watch;

static watch watches[MAX_WATCHES];
static int watch_count;
static uint8_t status[MAX_LISTENERS][MAX_STATUS];
static size_t status_length[MAX_LISTENERS];

static void die(const char *what) {
  perror(what);
  exit(70);
}

static void *must(void *memory) {
  if (!memory) die("memory");
  return memory;
}

static void put(buffer *out, const void *bytes, size_t length) {
  if (out->length + length > out->capacity) {
    out->capacity = (out->length + length) * 2;
    out->bytes = must(realloc(out->bytes, out->capacity));
  }
  memcpy(out->bytes + out->length, bytes, length);
  out->length += length;
}

static void put_frame(buffer *out, uint8_t type, uint8_t flags, uint32_t stream, const void *payload, uint32_t length) {
  uint8_t header[FRAME_HEADER] = {length >> 16, length >> 8, length, type, flags, stream >> 24, stream >> 16, stream >> 8, stream};
  put(out, header, sizeof header);
  put(out, payload, length);
}

static void put_credit(buffer *out, uint32_t stream, uint32_t bytes) {
  uint8_t payload[4] = {bytes >> 24, bytes >> 16, bytes >> 8, bytes};
  put_frame(out, WINDOW_UPDATE, 0, stream, payload, sizeof payload);
}

/* :status 200 (indexed) and content-type: application/grpc (name indexed, never indexed itself) */
static const uint8_t RESPONSE_HEADERS[] = "\x88\x0f\x10\x10" "application/grpc";
static const uint8_t TRAILERS[] = "\x00\x0b" "grpc-status" "\x01" "0";
static const uint8_t TABLE_SIZE_ZERO = 0x20;

static void put_response_headers(connection *c, uint32_t stream) {
  uint8_t headers[sizeof RESPONSE_HEADERS];
  size_t length = 0;
  if (c->announce_table) {
    headers[length++] = TABLE_SIZE_ZERO;
    c->announce_table = 0;
  }
  memcpy(headers + length, RESPONSE_HEADERS, sizeof RESPONSE_HEADERS - 1);
  length += sizeof RESPONSE_HEADERS - 1;
  put_frame(&c->out, HEADERS, END_HEADERS, stream, headers, length);
}

static void answer(connection *c, uint32_t stream) {
  put_response_headers(c, stream);
  put_frame(&c->out, DATA, 0, stream, message, MESSAGE);
  put_frame(&c->out, HEADERS, END_HEADERS | END_STREAM, stream, TRAILERS, sizeof TRAILERS - 1);
  c->window -= MESSAGE;
  answered[c->listener]++;
}

static void request_ended(connection *c, uint32_t stream) {
  if (c->waiting_length == 0 && c->window >= MESSAGE) {
    answer(c, stream);
    return;
  }
  if (c->waiting_length == c->waiting_capacity) {
    c->waiting_capacity = c->waiting_capacity * 2 + 64;
    c->waiting = must(realloc(c->waiting, c->waiting_capacity * sizeof *c->waiting));
  }
  c->waiting[c->waiting_length++] = stream;
}

static void answer_waiting(connection *c) {
  size_t done = 0;
  while (done < c->waiting_length && c->window >= MESSAGE) answer(c, c->waiting[done++]);
  memmove(c->waiting, c->waiting + done, (c->waiting_length - done) * sizeof *c->waiting);
  c->waiting_length -= done;
}

/* Sends the status once; nothing while the port has none, or the peer's window is full. */
static void send_status(watch *w) {
  connection *c = w->c;
  size_t length = status_length[c->listener];
  if (length == 0 || c->window < (int64_t)length) return;
  if (!w->begun) put_response_headers(c, w->stream);
  w->begun = 1;
  put_frame(&c->out, DATA, 0, w->stream, status[c->listener], length);
  c->window -= length;
}

/* Stream 0: all of the connection. */
static void forget_watches(const connection *c, uint32_t stream) {
  for (int i = 0; i < watch_count;)
    if (watches[i].c == c && (stream == 0 || watches[i].stream == stream))
      watches[i] = watches[--watch_count];
    else
      i++;
}

static int is_small_message(const connection *c) {
  const uint8_t *p = c->payload;
  if (c->frame_length < FRAMING || c->frame_length > SMALL || p[0] != 0) return 0;
  return ((uint32_t)p[1] << 24 | p[2] << 16 | p[3] << 8 | p[4]) == c->frame_length - FRAMING;
}

static int is_watched(const connection *c, uint32_t stream) {
  for (int i = 0; i < watch_count; i++)
    if (watches[i].c == c && watches[i].stream == stream) return 1;
  return 0;
}

static void data_ended(connection *c) {
  c->uncredited += c->frame_length;
  if (c->uncredited >= CREDIT_AT) {
    put_credit(&c->out, 0, c->uncredited);
    c->uncredited = 0;
  }
  if (is_small_message(c) && watch_count < MAX_WATCHES) {
    watches[watch_count] = (watch){.c = c, .stream = c->stream};
    send_status(&watches[watch_count++]);
  } else if (c->flags & END_STREAM && !(watch_count > 0 && is_watched(c, c->stream))) {
    request_ended(c, c->stream);
  }
}

/* A frame's payload has been read. Returns 0 when the connection has to end. */
static int frame_ended(connection *c) {
  const uint8_t *p = c->payload;
  switch (c->type) {
    case DATA:
      data_ended(c);
      return 1;
    case RST_STREAM:
      forget_watches(c, c->stream);
      return 1;
    case HEADERS:
      if (c->flags & END_STREAM) request_ended(c, c->stream);
      return 1;
    case SETTINGS:
      if (c->flags & ACK) return 1;
      for (size_t i = 0; i + 6 <= c->payload_length; i += 6)
        if ((p[i] << 8 | p[i + 1]) == SETTINGS_HEADER_TABLE_SIZE) c->announce_table = 1;
      put_frame(&c->out, SETTINGS, ACK, 0, "", 0);
      return 1;
    case PING:
      if (!(c->flags & ACK)) put_frame(&c->out, PING, ACK, 0, p, 8);
      return 1;
    case WINDOW_UPDATE:
      if (c->stream == 0) {
        c->window += (uint32_t)(p[0] & 0x7f) << 24 | p[1] << 16 | p[2] << 8 | p[3];
        answer_waiting(c);
      }
      return 1;
    case GOAWAY:
    default:
      return 1;
  }
}

static int begin_frame(connection *c) {
  const uint8_t *h = c->header;
  c->frame_length = c->left = (uint32_t)h[0] << 16 | h[1] << 8 | h[2];
  c->type = h[3];
  c->flags = h[4];
  c->stream = (uint32_t)(h[5] & 0x7f) << 24 | h[6] << 16 | h[7] << 8 | h[8];
  c->payload_length = 0;
  c->header_length = 0;
  return c->frame_length <= MAX_FRAME;
}

static int take(connection *c, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    if (c->left > 0) {
      size_t n = length < c->left ? length : c->left;
      size_t kept = sizeof c->payload - c->payload_length;
      if ((c->type != DATA || c->frame_length <= SMALL) && kept > 0) {
        kept = kept < n ? kept : n;
        memcpy(c->payload + c->payload_length, bytes, kept);
        c->payload_length += kept;
      }
      bytes += n;
      length -= n;
      c->left -= n;
      if (c->left == 0 && !frame_ended(c)) return 0;
      continue;
    }
    size_t wanted = c->preface_seen ? FRAME_HEADER : PREFACE_LENGTH;
    size_t n = wanted - c->header_length;
    n = n < length ? n : length;
    memcpy(c->header + c->header_length, bytes, n);
    c->header_length += n;
    bytes += n;
    length -= n;
    if (c->header_length < wanted) return 1;
    if (!c->preface_seen) {
      if (memcmp(c->header, PREFACE, PREFACE_LENGTH) != 0) return 0;
      c->preface_seen = 1;
      c->header_length = 0;
    } else {
      if (!begin_frame(c)) return 0;
      if (c->left == 0 && !frame_ended(c)) return 0;
    }
  }
  return 1;
}

static void watch_writing(connection *c, int wants) {
  if (c->wants_write == wants) return;
  struct epoll_event event = {.events = EPOLLIN | (wants ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
  c->wants_write = wants;
}

#ifdef WITH_TLS
static SSL_CTX *tls;

static int choose_h2(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned int size, void *unused) {
  (void)ssl;
  (void)unused;
  static const unsigned char h2[] = "\x02h2";
  return SSL_select_next_proto((unsigned char **)chosen, length, h2, sizeof h2 - 1, offered, size) == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void prepare_tls(const char *certificate, const char *key) {
  tls = must(SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 || SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
    fprintf(stderr, "upstream: %s, %s (expected: PEM files that belong together)\n", certificate, key);
    exit(64);
  }
  SSL_CTX_set_alpn_select_cb(tls, choose_h2, NULL);
  SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(tls, 1);
  SSL_CTX_set_default_read_buffer_len(tls, 256 << 10);
}

/* As read and write, of the encrypted bytes. */
static ssize_t checked(connection *c, int n) {
  if (n > 0) return n;
  int error = SSL_get_error(c->tls, n);
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}
#endif

static ssize_t receive(connection *c, void *bytes, size_t length) {
#ifdef WITH_TLS
  if (c->tls) {
    ERR_clear_error(); /* SSL_get_error takes what another connection has left for its own */
    return checked(c, SSL_read(c->tls, bytes, length));
  }
#endif
  return read(c->fd, bytes, length);
}

static ssize_t transmit(connection *c, const void *bytes, size_t length) {
#ifdef WITH_TLS
  if (c->tls) {
    ERR_clear_error();
    return checked(c, SSL_write(c->tls, bytes, length));
  }
#endif
  return write(c->fd, bytes, length);
}

static int flush(connection *c) {
  buffer *out = &c->out;
  while (out->sent < out->length) {
    ssize_t n = transmit(c, out->bytes + out->sent, out->length - out->sent);
    if (n < 0 && errno == EAGAIN) {
      watch_writing(c, 1);
      return 1;
    }
    if (n < 0) return 0;
    out->sent += n;
  }
  out->sent = out->length = 0;
  watch_writing(c, 0);
  return 1;
}

static void end(connection *c) {
  forget_watches(c, 0);
#ifdef WITH_TLS
  if (c->tls) SSL_free(c->tls);
#endif
  close(c->fd);
  free(c->out.bytes);
  free(c->waiting);
  free(c);
}

static void accept_on(int listener) {
  int fd = accept4(listeners[listener], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection *c = must(calloc(1, sizeof *c));
  c->fd = fd;
  c->listener = listener;
  c->window = 65535;
#ifdef WITH_TLS
  if (tls) {
    c->tls = must(SSL_new(tls));
    SSL_set_fd(c->tls, fd);
    SSL_set_accept_state(c->tls);
  }
#endif
  static const uint8_t settings[] = {0, 3, 0, 0, 4, 0, 0, 4, STREAM_WINDOW >> 24, (STREAM_WINDOW >> 16) & 0xff, 0, 0};
  put_frame(&c->out, SETTINGS, 0, 0, settings, sizeof settings);
  put_credit(&c->out, 0, CONNECTION_WINDOW - 65535);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
  if (!flush(c)) end(c);
}

static int is_encrypted(const connection *c) {
#ifdef WITH_TLS
  return c->tls != NULL;
#else
  (void)c;
  return 0;
#endif
}

static void serve(connection *c, uint32_t events) {
  static uint8_t bytes[256 << 10];
  int alive = 1;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    ssize_t n;
    do {
      n = receive(c, bytes, sizeof bytes);
      alive = n > 0 ? take(c, bytes, n) : n < 0 && errno == EAGAIN;
    } while (alive && n > 0 && is_encrypted(c)); /* what was read ahead wakes nobody */
  }
  if (!alive || !flush(c)) end(c);
}

static int bind_free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 512)) die("bind");
  if (getsockname(fd, (struct sockaddr *)&address, &length)) die("getsockname");
  printf(" %d", ntohs(address.sin_port));
  return fd;
}

static void set_status(const char *arguments) {
  int listener, at = 0, byte, used;
  if (sscanf(arguments, "%d %n", &listener, &at) != 1 || listener < 0 || listener >= listener_count) return;
  size_t length = FRAMING;
  while (length < MAX_STATUS && sscanf(arguments + at, "%2x%n", (unsigned *)&byte, &used) == 1) {
    status[listener][length++] = byte;
    at += used;
  }
  status[listener][3] = (length - FRAMING) >> 8;
  status[listener][4] = (length - FRAMING) & 0xff;
  status_length[listener] = length;
}

static void obey(const char *line) {
  if (strncmp(line, "status ", 7) == 0) set_status(line + 7);
  if (strcmp(line, "count") != 0) return;
  for (int l = 0; l < listener_count; l++) printf(l ? " %ld" : "%ld", answered[l]);
  printf("\n");
  fflush(stdout);
}

static void read_commands(void) {
  static char line[4096];
  static size_t length;
  ssize_t n = read(STDIN_FILENO, line + length, sizeof line - length);
  if (n <= 0) exit(0);
  length += n;
  char *start = line, *newline;
  while ((newline = memchr(start, '\n', line + length - start))) {
    *newline = 0;
    obey(start);
    start = newline + 1;
  }
  length -= start - line;
  memmove(line, start, length);
  if (length == sizeof line) exit(64);
}

/* Sends the status on all watches. Ends no connection: a write that fails shows as an event of that connection. */
static void tick(void) {
  for (int i = 0; i < watch_count; i++) {
    send_status(&watches[i]);
    flush(watches[i].c);
  }
}

static long now_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int count, char **arguments) {
  listener_count = count == 2 || count == 4 ? atoi(arguments[1]) : 0;
  if (listener_count < 1 || listener_count > MAX_LISTENERS) {
    fprintf(stderr, "usage: upstream COUNT (1 to %d) [CERTIFICATE KEY]\n", MAX_LISTENERS);
    return 64;
  }
  if (count == 4) {
#ifdef WITH_TLS
    prepare_tls(arguments[2], arguments[3]);
#else
    fprintf(stderr, "upstream: was compiled without TLS (-DWITH_TLS -lssl -lcrypto)\n");
    return 64;
#endif
  }
  signal(SIGPIPE, SIG_IGN);
  /* one gRPC message: ModelInferResponse{model_name: "resnet50", id: 88 times "x"} */
  message[4] = MESSAGE - 5;
  memcpy(message + 5, "\x0a\x08resnet50\x1a\x58", 12);
  memset(message + 17, 'x', MESSAGE - 17);

  epoll = epoll_create1(EPOLL_CLOEXEC);
  printf("listening");
  for (int l = 0; l < listener_count; l++) {
    listeners[l] = bind_free_port();
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = l};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[l], &event)) die("epoll_ctl");
  }
  printf("\n");
  fflush(stdout);
  struct epoll_event input = {.events = EPOLLIN, .data.u64 = MAX_LISTENERS};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input)) die("standard input (expected: a pipe)");

  struct epoll_event events[256];
  for (long next_tick = now_millis();;) {
    int n = epoll_wait(epoll, events, 256, TICK_MILLIS);
    if (now_millis() >= next_tick) {
      tick();
      next_tick = now_millis() + TICK_MILLIS;
    }
    for (int i = 0; i < n; i++) {
      if (events[i].data.u64 < (uint64_t)listener_count)
        accept_on(events[i].data.u64);
      else if (events[i].data.u64 == MAX_LISTENERS)
        read_commands();
      else
        serve(events[i].data.ptr, events[i].events);
    }
  }
}
