/* json_names.c - what servers call the fields of a line whose values have names. */
#include "parse/json_names.h"

#include "parse/value.h"

#define REQUEST_TIME_ROWS                                                                          \
    {FIELD_REQUEST_TIME, AS_SECONDS, "latency_human"}, /* names its unit: before latency */        \
        {FIELD_REQUEST_TIME, AS_SECONDS, "request_time reqtime duration_s"},                       \
        {FIELD_REQUEST_TIME, AS_MILLIS,                                                            \
         "request_time_ms duration_ms response_time_ms latency_ms responseTime durationMs "        \
         "generation_time_milli"},                                                                 \
        {FIELD_REQUEST_TIME, AS_MICROS,                                                            \
         "request_time_us duration_us response_time_us time_elapsed request_time_microseconds "    \
         "reqtime_microsec"},                                                                      \
        {FIELD_REQUEST_TIME, AS_NANOS, "request_time_ns duration_ns event.duration"},              \
    { /* without a unit; beside request_time, response_time is the upstream's */                   \
        FIELD_REQUEST_TIME, AS_SECONDS, "response_time responsetime duration latency"              \
    }

/* Caddy documentation, "log": the fields of its access log; headers by their canonical names.
 * remote_addr is that of versions before 2.5. */
static const struct schema_row caddy_rows[] = {
    {FIELD_TIME, AS_USUAL, "ts"},
    {FIELD_STATUS, AS_USUAL, "status"},
    {FIELD_BYTES, AS_USUAL, "size"},
    {FIELD_HOST, AS_USUAL, "request.client_ip"},
    {FIELD_HOST, AS_USUAL, "request.remote_ip"},
    {FIELD_HOST, AS_ADDRESS, "request.remote_addr"},
    {FIELD_USER, AS_USUAL, "user_id"},
    {FIELD_METHOD, AS_USUAL, "request.method"},
    {FIELD_PATH, AS_USUAL, "request.uri"},
    {FIELD_PROTOCOL, AS_USUAL, "request.proto"},
    {FIELD_VHOST, AS_USUAL, "request.host"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "duration"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "bytes_read"},
    {FIELD_AGENT, AS_USUAL, "request.headers.User-Agent"},
    {FIELD_REFERRER, AS_USUAL, "request.headers.Referer"},
    {FIELD_FORWARDED, AS_USUAL, "request.headers.X-Forwarded-For"},
};

/* Traefik documentation, "Access Logs", available fields; StartLocal and time stand in where the
 * configuration dropped StartUTC, ClientAddr where it dropped ClientHost. */
static const struct schema_row traefik_rows[] = {
    {FIELD_TIME, AS_USUAL, "StartUTC"},
    {FIELD_TIME, AS_USUAL, "StartLocal"},
    {FIELD_TIME, AS_USUAL, "time"},
    {FIELD_STATUS, AS_USUAL, "DownstreamStatus"},
    {FIELD_BYTES, AS_USUAL, "DownstreamContentSize"},
    {FIELD_HOST, AS_USUAL, "ClientHost"},
    {FIELD_HOST, AS_ADDRESS, "ClientAddr"},
    {FIELD_USER, AS_USUAL, "ClientUsername"},
    {FIELD_METHOD, AS_USUAL, "RequestMethod"},
    {FIELD_PATH, AS_USUAL, "RequestPath"},
    {FIELD_PROTOCOL, AS_USUAL, "RequestProtocol"},
    {FIELD_VHOST, AS_USUAL, "RequestHost"},
    {FIELD_SCHEME, AS_USUAL, "RequestScheme"},
    {FIELD_TLS, AS_USUAL, "TLSVersion"},
    {FIELD_REQUEST_TIME, AS_NANOS, "Duration"},
    {FIELD_UPSTREAM_TIME, AS_NANOS, "OriginDuration"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "OriginStatus"},
    {FIELD_UPSTREAM, AS_USUAL, "ServiceAddr"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "RequestContentSize"},
    {FIELD_AGENT, AS_USUAL, "request_User-Agent"},
    {FIELD_REFERRER, AS_USUAL, "request_Referer"},
    {FIELD_FORWARDED, AS_USUAL, "request_X-Forwarded-For"},
};

/* What people call nginx's variables and Apache's directives when they log JSON, the Elastic Common
 * Schema's names, and, in rows of their own, Datadog's: "http" as an object forgets what its keys'
 * slots had before it. */
static const struct schema_row usual_rows[] = {
    {FIELD_TIME, AS_USUAL, "time_iso8601 @timestamp time_local timestamp datetime date_time date"},
    {FIELD_TIME, AS_USUAL, "msec"},
    {FIELD_TIME, AS_USUAL, "time ts"},
    {FIELD_STATUS, AS_USUAL,
     "status response status_code statusCode http_status response_code "
     "http.response.status_code response_status res.statusCode"},
    {FIELD_STATUS, AS_USUAL, "http.status_code"},
    {FIELD_BYTES, AS_USUAL,
     "body_bytes_sent bytes body_bytes size response_size response_length content_length "
     "http.response.body.bytes bytes_out response_body_size written_bytes"},
    {FIELD_BYTES, AS_USUAL, "network.bytes_written"},
    {FIELD_BYTES, AS_USUAL, "bytes_sent"},
    {FIELD_BYTES_SENT, AS_USUAL, "bytes_sent"},
    {FIELD_REQUEST, AS_USUAL, "request request_line http_request"},
    {FIELD_HOST, AS_USUAL,
     "remote_addr remote_ip client_ip clientip client_addr client remote_host remote ip addr "
     "client.ip client.address source.ip source.address remoteAddress remoteAddr clientIp "
     "req.remoteAddress remoteIP"},
    {FIELD_HOST, AS_USUAL, "network.client.ip"},
    {FIELD_HOST, AS_IP, "host"}, /* LTSV's word for the client; most mean the virtual host */
    {FIELD_USER, AS_USUAL, "remote_user user auth username user.name"},
    {FIELD_IDENT, AS_USUAL, "ident remote_logname logname"},
    {FIELD_METHOD, AS_USUAL,
     "request_method method verb http_method http.request.method requestMethod req.method"},
    {FIELD_METHOD, AS_USUAL, "http.method"},
    {FIELD_PATH, AS_USUAL, "request_uri url.original requestUri req.url"},
    {FIELD_PATH, AS_USUAL, "uri url path request_path url.path document_uri"},
    {FIELD_PATH, AS_USUAL, "http.url http.path"},
    {FIELD_QUERY, AS_USUAL, "args query_string query url.query"},
    {FIELD_PROTOCOL, AS_USUAL,
     "server_protocol protocol proto http_version httpversion request_protocol"},
    {FIELD_PROTOCOL, AS_USUAL, "http.version"},
    {FIELD_REFERRER, AS_USUAL,
     "http_referer http_referrer referer referrer http.request.referrer request_referer "
     "req.headers.referer"},
    {FIELD_REFERRER, AS_USUAL, "http.referer http.referrer"},
    {FIELD_AGENT, AS_USUAL,
     "http_user_agent user_agent agent useragent userAgent ua user_agent.original "
     "request_user_agent req.headers.user-agent"},
    {FIELD_AGENT, AS_USUAL, "http.useragent http.user_agent"},
    {FIELD_VHOST, AS_USUAL, "http_host site vhost virtual_host domain url.domain"},
    {FIELD_VHOST, AS_USUAL, "host"},
    {FIELD_VHOST, AS_USUAL, "server_name"},
    {FIELD_SCHEME, AS_USUAL, "scheme url.scheme"},
    {FIELD_CACHE, AS_USUAL, "upstream_cache_status cache_status cache response_state"},
    {FIELD_TLS, AS_USUAL, "ssl_protocol tls_version tls_protocol"},
    {FIELD_FORWARDED, AS_USUAL,
     "http_x_forwarded_for x_forwarded_for xff forwarded_for forwardedfor"},
    {FIELD_UPSTREAM, AS_USUAL, "upstream_addr upstream"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "upstream_status"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id http.request.id"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "request_length bytes_in"},
    {FIELD_PORT, AS_USUAL, "server_port"},
    REQUEST_TIME_ROWS,
    {FIELD_UPSTREAM_TIME, AS_SECONDS, "upstream_response_time upstream_time apptime"},
    {FIELD_UPSTREAM_CONNECT_TIME, AS_SECONDS, "upstream_connect_time"},
    {FIELD_UPSTREAM_HEADER_TIME, AS_SECONDS, "upstream_header_time"},
};

/* Google Cloud documentation, "HttpRequest" of a log entry: of its load balancers, Cloud Run and
 * App Engine. */
static const struct schema_row gcp_rows[] = {
    {FIELD_TIME, AS_USUAL, "timestamp"},
    {FIELD_TIME, AS_USUAL, "receiveTimestamp"},
    {FIELD_STATUS, AS_USUAL, "httpRequest.status"},
    {FIELD_BYTES, AS_USUAL, "httpRequest.responseSize"},
    {FIELD_HOST, AS_USUAL, "httpRequest.remoteIp"},
    {FIELD_METHOD, AS_USUAL, "httpRequest.requestMethod"},
    {FIELD_PATH, AS_USUAL, "httpRequest.requestUrl"},
    {FIELD_PROTOCOL, AS_USUAL, "httpRequest.protocol"},
    {FIELD_REFERRER, AS_USUAL, "httpRequest.referer"},
    {FIELD_AGENT, AS_USUAL, "httpRequest.userAgent"},
    {FIELD_UPSTREAM, AS_USUAL, "httpRequest.serverIp"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "httpRequest.requestSize"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "httpRequest.latency"},
    {FIELD_REQUEST_ID, AS_USUAL, "insertId"},
};

/* Cloudflare documentation, Logpush "HTTP requests". */
static const struct schema_row cloudflare_rows[] = {
    {FIELD_TIME, AS_USUAL, "EdgeStartTimestamp"},
    {FIELD_TIME, AS_USUAL, "EdgeEndTimestamp"},
    {FIELD_STATUS, AS_USUAL, "EdgeResponseStatus"},
    {FIELD_BYTES, AS_USUAL, "EdgeResponseBytes"},
    {FIELD_BYTES, AS_USUAL, "EdgeResponseBodyBytes"},
    {FIELD_HOST, AS_USUAL, "ClientIP"},
    {FIELD_METHOD, AS_USUAL, "ClientRequestMethod"},
    {FIELD_PATH, AS_USUAL, "ClientRequestURI"},
    {FIELD_PATH, AS_USUAL, "ClientRequestPath"},
    {FIELD_PROTOCOL, AS_USUAL, "ClientRequestProtocol"},
    {FIELD_VHOST, AS_USUAL, "ClientRequestHost"},
    {FIELD_SCHEME, AS_USUAL, "ClientRequestScheme"},
    {FIELD_REFERRER, AS_USUAL, "ClientRequestReferer"},
    {FIELD_AGENT, AS_USUAL, "ClientRequestUserAgent"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "ClientRequestBytes"},
    {FIELD_TLS, AS_USUAL, "ClientSSLProtocol"},
    {FIELD_CACHE, AS_USUAL, "CacheCacheStatus"},
    {FIELD_UPSTREAM, AS_USUAL, "OriginIP"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "OriginResponseStatus"},
    {FIELD_UPSTREAM_TIME, AS_MILLIS, "OriginResponseDurationMs"},
    {FIELD_FIRST_BYTE_TIME, AS_MILLIS, "EdgeTimeToFirstByteMs"},
    {FIELD_REQUEST_ID, AS_USUAL, "RayID"},
};

/* Envoy documentation, "Access logging", and Istio's, "Envoy Access Logs": the usual names of the
 * default format's values. */
static const struct schema_row envoy_rows[] = {
    {FIELD_TIME, AS_USUAL, "start_time"},
    {FIELD_STATUS, AS_USUAL, "response_code"},
    {FIELD_BYTES, AS_USUAL, "bytes_sent"},
    {FIELD_METHOD, AS_USUAL, "method"},
    {FIELD_PATH, AS_USUAL, "path x-envoy-original-path"},
    {FIELD_PROTOCOL, AS_USUAL, "protocol"},
    {FIELD_HOST, AS_ADDRESS, "downstream_remote_address"},
    {FIELD_VHOST, AS_USUAL, "authority"},
    {FIELD_AGENT, AS_USUAL, "user_agent"},
    {FIELD_REFERRER, AS_USUAL, "referer"},
    {FIELD_FORWARDED, AS_USUAL, "x_forwarded_for"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id"},
    {FIELD_UPSTREAM, AS_USUAL, "upstream_host"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "bytes_received"},
    {FIELD_REQUEST_TIME, AS_MILLIS, "duration"},
    {FIELD_UPSTREAM_TIME, AS_MILLIS, "upstream_service_time"},
};

/* The README of lograge, for Rails: its times are in milliseconds. */
static const struct schema_row lograge_rows[] = {
    {FIELD_TIME, AS_USUAL, "@timestamp timestamp"},
    {FIELD_TIME, AS_USUAL, "time"},
    {FIELD_STATUS, AS_USUAL, "status"},
    {FIELD_METHOD, AS_USUAL, "method"},
    {FIELD_PATH, AS_USUAL, "path"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "duration_s"}, /* GitLab's */
    {FIELD_REQUEST_TIME, AS_MILLIS, "duration"},
    {FIELD_HOST, AS_USUAL, "remote_ip ip"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id"},
    {FIELD_VHOST, AS_USUAL, "host"},
    {FIELD_AGENT, AS_USUAL, "user_agent ua"},
};

/* lograge, Heroku documentation, "HTTP routing", what people call nginx's variables, and the names
 * that Splunk's add-on for nginx asks for (uri_path, src, bytes_out). */
static const struct schema_row logfmt_rows[] = {
    {FIELD_TIME, AS_USUAL, "@timestamp timestamp"},
    {FIELD_TIME, AS_USUAL, "time time_local time_iso8601"},
    {FIELD_TIME, AS_USUAL, "ts t"},
    {FIELD_STATUS, AS_USUAL, "status status_code"},
    {FIELD_METHOD, AS_USUAL, "method http_method request_method"},
    {FIELD_PATH, AS_USUAL, "path request_uri uri url uri_path"},
    {FIELD_QUERY, AS_USUAL, "uri_query query args"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "request_time duration_s rt"},
    {FIELD_REQUEST_TIME, AS_MILLIS, "duration"},
    {FIELD_REQUEST_TIME, AS_MILLIS, "service"},
    {FIELD_UPSTREAM_TIME, AS_SECONDS, "upstream_response_time urt"},
    {FIELD_UPSTREAM_CONNECT_TIME, AS_SECONDS, "upstream_connect_time uct"},
    {FIELD_UPSTREAM_CONNECT_TIME, AS_MILLIS, "connect"},
    {FIELD_UPSTREAM_HEADER_TIME, AS_SECONDS, "upstream_header_time uht"},
    {FIELD_HOST, AS_USUAL, "remote_ip ip"},
    {FIELD_HOST, AS_USUAL, "remote_addr client_ip client addr src"},
    {FIELD_USER, AS_USUAL, "remote_user user"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id"},
    {FIELD_BYTES, AS_USUAL, "body_bytes_sent bytes size bytes_out"},
    {FIELD_VHOST, AS_USUAL, "host"},
    {FIELD_VHOST, AS_USUAL, "vhost server http_host server_name"},
    {FIELD_PROTOCOL, AS_USUAL, "protocol proto server_protocol"},
    {FIELD_REFERRER, AS_USUAL, "referer referrer http_referer"},
    {FIELD_AGENT, AS_USUAL, "user_agent agent ua http_user_agent"},
    {FIELD_FORWARDED, AS_USUAL, "fwd x_forwarded_for http_x_forwarded_for xff"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "request_length bytes_in"},
    {FIELD_UPSTREAM, AS_USUAL, "dyno upstream_addr"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "upstream_status"},
    {FIELD_TLS, AS_USUAL, "tls_version ssl_protocol"},
};

/* The labels that ltsv.org proposes, and nginx's variables: host is the client. */
static const struct schema_row ltsv_rows[] = {
    {FIELD_TIME, AS_USUAL, "time time_local time_iso8601 timestamp datetime"},
    {FIELD_TIME, AS_USUAL, "msec"},
    {FIELD_STATUS, AS_USUAL, "status"},
    {FIELD_BYTES, AS_USUAL, "size body_bytes_sent body_bytes bytes"},
    {FIELD_BYTES, AS_USUAL, "bytes_sent"},
    {FIELD_BYTES_SENT, AS_USUAL, "bytes_sent"},
    {FIELD_REQUEST, AS_USUAL, "req request"},
    {FIELD_HOST, AS_USUAL, "remote_addr remote_host client_ip"},
    {FIELD_HOST, AS_USUAL, "host"},
    {FIELD_IDENT, AS_USUAL, "ident"},
    {FIELD_USER, AS_USUAL, "user remote_user"},
    {FIELD_METHOD, AS_USUAL, "method request_method"},
    {FIELD_PATH, AS_USUAL, "request_uri"}, /* beside it nginx's uri is without the query */
    {FIELD_PATH, AS_USUAL, "uri path url"},
    {FIELD_QUERY, AS_USUAL, "query args query_string"},
    {FIELD_PROTOCOL, AS_USUAL, "protocol server_protocol"},
    {FIELD_REFERRER, AS_USUAL, "referer http_referer referrer"},
    {FIELD_AGENT, AS_USUAL, "ua http_user_agent user_agent useragent agent"},
    {FIELD_VHOST, AS_USUAL, "vhost http_host server_name domain"},
    {FIELD_SCHEME, AS_USUAL, "scheme"},
    {FIELD_CACHE, AS_USUAL, "cache upstream_cache_status cache_status"},
    {FIELD_TLS, AS_USUAL, "ssl_protocol tls_version"},
    {FIELD_FORWARDED, AS_USUAL, "forwardedfor xff http_x_forwarded_for x_forwarded_for"},
    {FIELD_UPSTREAM, AS_USUAL, "upstream_addr upstream"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "upstream_status"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "reqsize request_length"},
    {FIELD_PORT, AS_USUAL, "port server_port"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "reqtime request_time"},
    {FIELD_REQUEST_TIME, AS_MILLIS, "reqtime_msec taken_msec"},
    {FIELD_REQUEST_TIME, AS_MICROS, "reqtime_microsec taken"},
    {FIELD_UPSTREAM_TIME, AS_SECONDS, "apptime upstream_response_time"},
    {FIELD_UPSTREAM_CONNECT_TIME, AS_SECONDS, "upstream_connect_time"},
    {FIELD_UPSTREAM_HEADER_TIME, AS_SECONDS, "upstream_header_time"},
};

#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

static const char no_request[] = "no key that usually holds a request, a path or a status";

/* Caddy writes all its messages into one stream: an access line has a request object, and so
 * has the message about a failed one, which comes beside its access line. */
const struct schema json_schemas[] = {
    {SYNTAX_JSON, "caddy", ROWS(caddy_rows), .otherwise = "no request", .object = "request", .logger = "logger"},
    {SYNTAX_JSON, "traefik", ROWS(traefik_rows), .otherwise = "neither RequestPath nor DownstreamStatus"},
    {SYNTAX_JSON, "usual", ROWS(usual_rows), .otherwise = no_request, .request_is_text = true},
    {SYNTAX_JSON, "gcp", ROWS(gcp_rows), .otherwise = "no httpRequest", .object = "httpRequest"},
    {SYNTAX_JSON, "cloudflare", ROWS(cloudflare_rows), .otherwise = "neither ClientRequestURI nor EdgeResponseStatus"},
    {SYNTAX_JSON, "envoy", ROWS(envoy_rows), .otherwise = "no start_time and response_code",
     .proof = "start_time response_code"},
    {SYNTAX_JSON, "lograge", ROWS(lograge_rows), .otherwise = "no controller and action",
     .proof = "controller action"},
    {SYNTAX_LABELS, "usual", ROWS(ltsv_rows), .otherwise = no_request},
    {SYNTAX_LOGFMT, "usual", ROWS(logfmt_rows), .otherwise = "no method, path and status",
     .proof = "method path status"},
};
const size_t json_schema_count = sizeof json_schemas / sizeof *json_schemas;
