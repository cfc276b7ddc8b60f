"""Lists the daemon's services, searches, and assembles a context pack, with gRPC and the published proto alone.

    pip install -r examples/requirements.txt    # grpcio with its own reflection and proto packages
    python examples/contexd_client.py SOCKET REPOSITORY QUESTION
"""

import sys
from pathlib import Path

import grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

sys.path.append(str(Path(__file__).parent.parent / "proto"))  # where grpcio looks for contexd/v1/*.proto
search, searching = grpc.protos_and_services("contexd/v1/search.proto")
context, packing = grpc.protos_and_services("contexd/v1/context.proto")
socket, repository, question = sys.argv[1:]

options = [("grpc.default_authority", "localhost")]  # grpcio's own, the escaped socket path, is refused by Rust's HTTP/2
with grpc.insecure_channel(f"unix:{socket}", options) as channel:
    for service in ProtoReflectionDescriptorDatabase(channel).get_services():
        print("service", service)
    request = search.SearchRequest(repository=repository, query=question, limit=5)
    for hit in searching.SearchServiceStub(channel).Search(request).hits:
        print(f"{hit.score:.3f} {hit.path}:{hit.start_line}-{hit.end_line} {hit.kind} {hit.symbol}")
    request = context.AssembleContextRequest(repository=repository, query=question, budget=1000)
    pack = packing.ContextServiceStub(channel).AssembleContext(request)
    print(f"{pack.tokens} of {pack.budget} tokens\n{pack.rendered}")
