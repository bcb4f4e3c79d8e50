# An image that holds the static capwrap and nothing else: for COPY --from=capwrap, and to look.
#
#   contrib/packaging/static-musl.sh build/static
#   docker build -t capwrap -f contrib/docker/capwrap.Dockerfile build/static/build
#   docker run --rm capwrap --status
FROM scratch
COPY capwrap /capwrap
ENTRYPOINT ["/capwrap"]
