# A Modbus RTU unit on a pseudo terminal, made of pymodbus. After every request
# that it carries out it prints the function and registers 0 to 9.
import os
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusSlaveContext
from pymodbus.factory import ServerDecoder
from pymodbus.framer.rtu_framer import ModbusRtuFramer

path, unit = sys.argv[1], int(sys.argv[2])
line = os.open(path, os.O_RDWR | os.O_NOCTTY)
store = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 10), zero_mode=True)
framer = ModbusRtuFramer(ServerDecoder())


def obey(request):
    answer = request.execute(store)
    answer.unit_id = request.unit_id
    print(request.function_code, *store.getValues(3, 0, 10), flush=True)
    os.write(line, framer.buildPacket(answer))


print("ready", flush=True)
while True:
    heard = os.read(line, 256)
    if not heard:
        break
    framer.processIncomingPacket(heard, obey, unit)
