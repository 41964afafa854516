/* What no client of ours can beat by much: epoll and OpenSSL, one connection per site, certificate and name verified,
   GET with keep-alive, bodies counted and not inflated, no look-up of names.

   limit SITES CONNECTIONS PORT BUNDLE.pem PAGES   prints JSON as clients/common.py does */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum state { CONNECTING, SHAKING, ASKING, READING };
struct site { int fd, page; enum state state; long got, need; SSL *tls; char host[64], buffer[16384]; };

static const char *paths[] = {"/robots.txt", "/", "/.well-known/tdmrep.json", "/llms.txt"};
static int poller, sites, port, pages, begun, ended, found;
static SSL_CTX *context;

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static void begin(struct site *s) {
  if (begun == sites) return;
  int number = begun++, one = 1;
  memset(s, 0, offsetof(struct site, host));
  snprintf(s->host, sizeof s->host, "ok-%d.farm.test", number);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(0x7f0a0001 + number % 16);
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(s->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) { perror("connect"); exit(1); }
  struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = s}};
  epoll_ctl(poller, EPOLL_CTL_ADD, s->fd, &event);
}

static void end(struct site *s, int good) {
  SSL_free(s->tls);
  close(s->fd);
  ended++;
  found += good;
  begin(s);
}

/* 1: go on; 0: wait for the socket; -1: the site has ended. */
static int advance(struct site *s) {
  int error = 0, n;
  socklen_t length = sizeof error;
  switch (s->state) {
  case CONNECTING:
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) return end(s, 0), -1;
    struct sockaddr_in peer;
    length = sizeof peer;
    if (getpeername(s->fd, (void *)&peer, &length)) return 0;
    s->tls = SSL_new(context);
    SSL_set_fd(s->tls, s->fd);
    SSL_set_tlsext_host_name(s->tls, s->host);
    SSL_set1_host(s->tls, s->host);
    SSL_set_connect_state(s->tls);
    s->state = SHAKING;
    return 1;
  case SHAKING:
    if ((n = SSL_do_handshake(s->tls)) == 1) { s->state = ASKING; return 1; }
    n = SSL_get_error(s->tls, n);
    if (n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE) return 0;
    return end(s, 0), -1;
  case ASKING:
    n = snprintf(s->buffer, sizeof s->buffer,
                 "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: limit\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n",
                 paths[s->page], s->host);
    SSL_write(s->tls, s->buffer, n);
    s->got = s->need = 0;
    s->state = READING;
    return 1;
  default:
    n = s->need ? 0 : s->got; /* the header is gathered at the start of the buffer, the body overwrites it */
    int room = sizeof s->buffer - 1 - n;
    int r = SSL_read(s->tls, s->buffer + n, room);
    if (r <= 0) return SSL_get_error(s->tls, r) == SSL_ERROR_WANT_READ ? 0 : (end(s, 0), -1);
    s->got += r;
    if (!s->need) {
      s->buffer[s->got] = 0;
      char *body = strstr(s->buffer, "\r\n\r\n"), *size = strcasestr(s->buffer, "\r\nContent-Length:");
      if (!body) return 1;
      s->need = body + 4 - s->buffer + (size ? atol(size + 17) : 0);
    }
    if (s->got < s->need) return 1;
    if (++s->page == pages) return end(s, 1), -1;
    s->state = ASKING;
    return 1;
  }
}

int main(int count, char **given) {
  if (count != 6) return fputs("limit SITES CONNECTIONS PORT BUNDLE PAGES\n", stderr), 2;
  sites = atoi(given[1]);
  int connections = atoi(given[2]);
  port = atoi(given[3]);
  pages = atoi(given[5]);
  struct rusage before, after;
  struct timespec start, now;
  getrusage(RUSAGE_SELF, &before);
  clock_gettime(CLOCK_MONOTONIC, &start);
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_load_verify_locations(context, given[4], NULL);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  poller = epoll_create1(0);
  struct site *all = calloc(connections, sizeof *all);
  for (int i = 0; i < connections; i++) begin(all + i);
  struct epoll_event events[256];
  while (ended < sites) {
    int ready = epoll_wait(poller, events, 256, 5000);
    for (int i = 0; i < ready; i++)
      while (advance(events[i].data.ptr) > 0) {}
  }
  getrusage(RUSAGE_SELF, &after);
  clock_gettime(CLOCK_MONOTONIC, &now);
  double cpu = seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) - seconds(before.ru_stime);
  double wall = now.tv_sec - start.tv_sec + (now.tv_nsec - start.tv_nsec) / 1e9;
  printf("{\"cpu\": %.4f, \"wall\": %.4f, \"rss_mb\": %.1f, \"sites\": %d, \"found\": %d, \"statuses\": {}}\n", cpu, wall,
         after.ru_maxrss / 1024., sites, found);
}
