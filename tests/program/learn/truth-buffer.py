"""A silent fallback: sets the receive buffer by force, which requires NET_ADMIN; if that is refused, sets it as far as
the limit allows."""
import socket

SO_RCVBUFFORCE = 33

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
    try:
        link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    except PermissionError:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
