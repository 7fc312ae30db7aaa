#!/usr/bin/env python3
"""Wrote the runs in tests/golden/decided_0_1/, which evalsig 0.1.0 then decided about. Frozen: never made again.

Each decision rests on a rule that version 0.2 changed, so that `verify` shows that the old rules still stand
(tests/it/replay.rs lists them): missing items and epochs that only coverage counted, the floor of the exact p-value,
equivalence tested two-sided, clusters of one item, scores 0 and 100, one betting order, an alpha above .2.
"""
def rf(path,rows,run,**k):
    d={'run_id':run,'model_id':'model-'+run,'task_id':'frozen','metric_name':'accuracy','items':rows}; d.update(k)
    open(path,'w').write(json.dumps(d,separators=(',',':'))+'\n')
def it(i,s,**k): return dict(item_id=f'q{i:03}',score=s,**k)
B=lambda i: 1 if i%10<6 else 0
C=lambda i: (1 if i%10<6 else 0) if i%9 else (1 if i%2 else 0)
# 0/1, candidate lacks 6 of 200 items
rf('binary-a.json',[it(i,B(i)) for i in range(200)],'a'); rf('binary-b.json',[it(i,C(i)) for i in range(200) if i%33!=5],'b')
# 181 better, 19 worse: p at the floor
rf('tail-a.json',[it(i,1 if i<19 else 0) for i in range(220)],'a'); rf('tail-b.json',[it(i,1 if 19<=i<200 else 0) for i in range(220)],'b')
# graded, two epochs, one missing
g=lambda i,e,s: round(.3+.002*((i*37+e*11+s*53)%200),3)
rf('graded-a.json',[it(i,g(i,e,0),epoch=e) for i in range(60) for e in (1,2)],'a')
rf('graded-b.json',[it(i,round(g(i,e,1)+.04,3),epoch=e) for i in range(60) for e in (1,2) if (i,e) not in((7,1),(9,2))],'b')
# clusters of one item, and scores 0/100
rf('single-a.json',[it(i,B(i),cluster_id=f'c{i}') for i in range(90)],'a'); rf('single-b.json',[it(i,C(i),cluster_id=f'c{i}') for i in range(90)],'b')
rf('percent-a.json',[it(i,100*B(i)) for i in range(90)],'a'); rf('percent-b.json',[it(i,100*C(i)) for i in range(90)],'b')
